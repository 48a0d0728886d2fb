FROM ubuntu
COPY start.sh /start.sh
RUN ["chmod", "+x", "/start.sh"]
ENTRYPOINT exec /start.sh
CMD ["ignored"]
