FROM node:18
ONBUILD COPY package.json .
ONBUILD RUN npm install
LABEL org.opencontainers.image.title="base" \
      version="1.0"
MAINTAINER Someone <someone@example.org>
CMD ["npm", "start"]
