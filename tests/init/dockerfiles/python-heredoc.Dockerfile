FROM python:3.12
WORKDIR /work
RUN <<EOF
set -e
mkdir -p /work/data
echo ready > /work/data/state
EOF
RUN python3 <<'PY'
print("hello")
PY
COPY <<-"CONF" /work/app.ini
	[app]
	name = $literal
	CONF
CMD ["python3", "-c", "print(1)"]
