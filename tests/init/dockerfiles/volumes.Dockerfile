FROM debian
WORKDIR /app
COPY . .
VOLUME ["/app/data", "/var/lib/app"]
VOLUME /cache /app
CMD ["./serve"]
