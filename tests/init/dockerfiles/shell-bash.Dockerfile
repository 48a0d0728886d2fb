FROM ubuntu:22.04
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ARG DEBIAN_FRONTEND=noninteractive
WORKDIR /build
COPY data.json .
RUN cat data.json | grep -c name > count.txt
RUN for i in {1..3}; do echo $i >> numbers; done
CMD ["bash", "-c", "cat numbers"]
