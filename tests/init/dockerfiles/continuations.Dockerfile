FROM debian
RUN echo one \
  # a comment between

  && echo two \
  && echo three
ENV A=1 \
    B="two words" \
    C='single $A' \
    D=with\ blank \
    E="a$A"
ENV OLD old style value
run echo lower
LABEL a=b
FROBNICATE something
CMD ["sh", "-c", "echo $A"]
