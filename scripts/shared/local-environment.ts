/**
 * Returns the settings that the runtime of `npm start` gives its functions, including the ports of table and bucket.
 *
 * @param purpose for the error message: "unable to `purpose`; …"
 * @throws Error that names the address, if no runtime responds there
 */
export async function localEnvironment(purpose: string, url: string): Promise<Record<string, string>> {
  try {
    return (await (await fetch(new URL('/dev/environment', url))).json()) as Record<string, string>
  } catch (cause) {
    throw new Error(`unable to ${purpose}; no local runtime answers at ${url}`, { cause })
  }
}
