FROM golang AS lint
RUN go vet ./...

FROM golang AS test
COPY . .
RUN go test ./...

FROM golang
WORKDIR /src
COPY . .
RUN go build -o app .
CMD ["./app"]
