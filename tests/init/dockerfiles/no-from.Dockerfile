WORKDIR /x
COPY a b
RUN true
