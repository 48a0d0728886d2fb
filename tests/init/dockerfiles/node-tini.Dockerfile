FROM node:20
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . /app
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "index.js"]
