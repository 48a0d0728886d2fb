FROM python:3.11
ARG GIT_TOKEN
ENV SECRET_KEY=8f3kd02kd93kd0s2kd
WORKDIR /code
COPY ./requirements.txt /code/requirements.txt
RUN --mount=type=secret,id=pip,target=/etc/pip.conf pip install --no-cache-dir -r /code/requirements.txt
COPY ./app /code/app
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80"]
