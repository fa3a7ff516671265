"""The support service: training, jobs and loans that help people live."""
