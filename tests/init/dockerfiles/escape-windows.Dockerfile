# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command"]
WORKDIR /app
COPY testfile.txt c:\
RUN dir c:\ `
    ; echo done
