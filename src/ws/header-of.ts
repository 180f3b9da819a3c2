/** The headers of an HTTP request, as API Gateway passes them. */
export type Headers = Record<string, string | undefined>

/**
 * Returns the value of a header. API Gateway keeps the case of names as the client sent it.
 *
 * @param name in lower case
 */
export function headerOf(headers: Headers, name: string): string | undefined {
  const key = Object.keys(headers).find((key) => key.toLowerCase() === name)
  return key === undefined ? undefined : headers[key]
}
