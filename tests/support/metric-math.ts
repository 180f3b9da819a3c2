import { runInNewContext } from 'node:vm'

/**
 * Evaluates an expression as CloudWatch does, as far as the stack's alarms use its metric math: `FILL`, `IF`, `AND`,
 * `OR`, comparisons and sums.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @param values of the metrics by their ids; undefined for a metric without data
 * @throws Error for anything else in the expression
 */
export function evaluate(expression: string, values: Readonly<Record<string, number | undefined>>): number {
  const script = expression.replaceAll(/\bAND\b/g, '&&').replaceAll(/\bOR\b/g, '||')
  const functions = {
    FILL: (value: number | undefined, other: number) => value ?? other,
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  }
  return Number(runInNewContext(script, { ...values, ...functions }))
}
