FROM node:20
ARG TZ
ENV TZ="$TZ"
RUN apt update && apt install -y less git procps sudo fzf zsh man-db unzip gnupg2 gh iptables jq
RUN mkdir -p /usr/local/share/npm-global && \
  chown -R node:node /usr/local/share
RUN mkdir -p /workspace /home/node/.claude && \
  chown -R node:node /workspace /home/node/.claude
WORKDIR /workspace
USER node
ENV NPM_CONFIG_PREFIX=/usr/local/share/npm-global
ENV PATH=$PATH:/usr/local/share/npm-global/bin
ENV SHELL=/bin/zsh
RUN npm install -g @anthropic-ai/claude-code@1.0.0
COPY init-firewall.sh /usr/local/bin/
USER root
RUN chmod +x /usr/local/bin/init-firewall.sh && \
  echo "node ALL=(root) NOPASSWD: /usr/local/bin/init-firewall.sh" > /etc/sudoers.d/node-firewall && \
  chmod 0440 /etc/sudoers.d/node-firewall
USER node
