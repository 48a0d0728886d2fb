FROM ubuntu:24.04
RUN useradd -m app
USER app
WORKDIR /home/app
COPY --chown=app . .
RUN mkdir -p ~/.ssh && chmod 700 ~/.ssh && echo 'export A=1' >> /home/app/.profile
RUN cp -r /home/app/skel /root/other
CMD ["/home/app/run.sh"]
