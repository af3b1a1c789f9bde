"""The one writer: what a transaction writes, and the sums and chains it keeps."""
