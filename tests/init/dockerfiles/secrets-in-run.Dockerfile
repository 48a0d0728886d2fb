FROM python:3.11
WORKDIR /app
RUN curl -H "Authorization: Bearer ghp_0123456789abcdefghijABCDEFGHIJ012345" https://api.example.org/x -o x
RUN --mount=type=ssh git clone git@example.org:a/b.git
RUN --network=none --security=insecure make
CMD ["python3", "x"]
