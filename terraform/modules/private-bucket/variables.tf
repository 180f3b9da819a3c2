variable "name" {
  description = "Name of the bucket, unique in the world."
  type        = string
}

variable "force_destroy" {
  description = "Whether the bucket can be destroyed with what is in it."
  type        = bool
}

variable "statements" {
  description = "Statements of the bucket's policy beside the one that asks for TLS."
  type        = list(any)
  default     = []
}
