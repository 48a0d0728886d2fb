FROM --platform=$BUILDPLATFORM golang:1.22-alpine AS builder
ARG TARGETOS TARGETARCH
WORKDIR /go/src/app
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build \
    --mount=type=cache,id=mod,target=/go/pkg/mod \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /usr/local/bin/app .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=builder /usr/local/bin/app /app
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
EXPOSE 8080/tcp
ENTRYPOINT ["/app", "--listen", ":8080"]
