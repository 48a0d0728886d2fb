FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.4.0 /uv /bin/uv
WORKDIR /app
ADD . /app
RUN uv sync --frozen
CMD ["uv", "run", "app.py"]
