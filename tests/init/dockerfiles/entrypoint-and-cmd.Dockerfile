FROM python:3
COPY tool.py /tool.py
ENTRYPOINT ["python3", "/tool.py"]
CMD ["--help"]
