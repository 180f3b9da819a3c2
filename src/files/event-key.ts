/**
 * Returns the key in an event of the bucket, where it is encoded as in a form.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const eventKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '))
