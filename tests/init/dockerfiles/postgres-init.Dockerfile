FROM postgres:16
ENV POSTGRES_PASSWORD=hunter2secret
COPY init.sql /docker-entrypoint-initdb.d/
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --start-interval=1s --retries=5 CMD pg_isready -U postgres
STOPSIGNAL SIGINT
