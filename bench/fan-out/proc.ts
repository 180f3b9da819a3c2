import { readFileSync } from 'node:fs'

/** What a process has used, asked of the system: one that is overloaded answers no calls. */
export interface Seen {
  cpuMs: number
  peakMiB: number
}

const TICK_MS = 10

/**
 * `null` where the system doesn't tell, which only Linux does.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (utime and stime) and proc_pid_status.5.html (VmHWM)
 */
export function seen(pid: number): Seen | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [, peakKiB] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))!
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, peakMiB: Number(peakKiB) / 1_024 }
  } catch {
    return null
  }
}
