FROM node:20
RUN npm install -g pm2@5.3.0
WORKDIR /srv/app
COPY . .
RUN npm install
CMD ["pm2-runtime", "ecosystem.config.js"]
