FROM node:20
EXPOSE 3000 9229
EXPOSE 7000-7002/udp $METRICS
WORKDIR /app
COPY . .
ENV PORT=3000
ENV INSPECT_PORT 9229
HEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1
CMD ["node", "--inspect=0.0.0.0:9229", "server.js"]
