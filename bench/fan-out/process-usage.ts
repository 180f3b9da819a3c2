import { readFileSync } from 'node:fs'

const TICK_MS = 10

/**
 * Returns what a process has used since it started. Reads it from the system, because an overloaded process doesn't
 * respond to calls. Returns null on systems other than Linux.
 *
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (utime and stime) and proc_pid_status.5.html (VmHWM)
 */
export function processUsage(pid: number): { cpuMs: number; peakMiB: number } | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [, peakKiB] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))!
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, peakMiB: Number(peakKiB) / 1_024 }
  } catch {
    return null
  }
}
