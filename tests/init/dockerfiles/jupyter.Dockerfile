FROM jupyter/base-notebook:latest
USER root
RUN apt-get update && apt-get install -y ffmpeg
USER ${NB_UID}
RUN mamba install --yes 'matplotlib-base' && \
    fix-permissions "${CONDA_DIR}" && \
    fix-permissions "/home/${NB_USER}"
WORKDIR "${HOME}"
