FROM debian:12
WORKDIR /opt/tool
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/tool.tar.gz /opt/tool/
ADD https://example.org/plain.txt .
ADD https://github.com/example/project.git#v1.2 /opt/project
ADD vendor.tar.xz /opt/vendor
CMD ./run
