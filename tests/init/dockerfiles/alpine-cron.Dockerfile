FROM alpine:3.19
RUN apk add --no-cache curl tzdata && cp /usr/share/zoneinfo/Europe/Berlin /etc/localtime
COPY crontab /etc/crontabs/root
COPY --chmod=755 job.sh /usr/local/bin/job.sh
CMD ["crond", "-f", "-l", "2"]
