FROM debian
WORKDIR /a/b
WORKDIR c
COPY ["my file.txt", "other file.txt", "dest dir/"]
COPY --chown=1000:1000 --chmod=0644 --link a.txt b.txt ./
COPY --chmod=u+x run.sh .
COPY --parents x/y/z.txt ./
COPY --exclude=*.md docs /a/docs
COPY ../outside.txt /etc/app/outside.txt
COPY /abs.txt .
COPY only
