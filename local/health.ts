/** One check for each part. It resolves if the part works. */
type HealthChecks = Record<string, () => Promise<unknown>>

/** `status` is `ok` if every part is. The value of a part is `ok`, or the reason why it fails. */
export interface Health {
  status: 'ok' | 'failing'
  parts: Record<string, string>
}

const TIMEOUT_MS = 5_000

/** Runs all checks. A part that doesn't respond within `timeoutMs` (default 5,000) is failing. */
export async function checkHealth(checks: HealthChecks, timeoutMs = TIMEOUT_MS): Promise<Health> {
  const parts = Object.fromEntries(
    await Promise.all(
      Object.entries(checks).map(async ([part, check]) => [part, await stateOf(check, timeoutMs)] as const),
    ),
  )
  const ok = Object.values(parts).every((state) => state === 'ok')
  return { status: ok ? 'ok' : 'failing', parts }
}

async function stateOf(check: () => Promise<unknown>, timeoutMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer in ${timeoutMs} ms`), timeoutMs)
  })
  try {
    return await Promise.race([check().then(() => 'ok'), timeout])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
  }
}
