"""What is to be done, before anything is done: periods, jobs, file names, digests of the code. Light imports only."""
