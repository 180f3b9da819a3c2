import { expect, test } from 'vitest'
import { linePlot, type Plot } from '../../bench/fan-out/report/line-plot.ts'

const plot: Plot = {
  title: 'Cost & size',
  description: 'Cost by size, lower is better.',
  x: 'size',
  y: 'cost <$>',
  series: [
    {
      name: 'ours',
      points: [
        [10, 1],
        [100, 10],
        [1_000, 100],
      ],
    },
    { name: 'dots', points: [[10, 100]], look: 'dots' },
    {
      name: 'line',
      points: [
        [10, 1],
        [1_000, 100],
      ],
      look: 'dashed',
    },
  ],
}

const pathsOf = (svg: string, className: string) =>
  [...svg.matchAll(new RegExp(`<path class="${className}" d="([^"]+)"`, 'g'))].map(([, path]) => path!)

test('equal factors are equal distances, and larger is higher', () => {
  const [line] = pathsOf(linePlot(plot), 'line c0')
  const points = line!
    .slice(1)
    .split('L')
    .map((point) => point.split(',').map(Number) as [number, number])
  const [[x1, y1], [x2, y2], [x3, y3]] = points as [[number, number], [number, number], [number, number]]
  expect(x2 - x1).toBeCloseTo(x3 - x2, 0)
  expect(y1 - y2).toBeCloseTo(y2 - y3, 0)
  expect(y3).toBeLessThan(y1)
})

test('dots have no line and a dashed line has no dots', () => {
  const svg = linePlot(plot)
  expect(pathsOf(svg, 'line c1')).toEqual([])
  expect(svg.match(/class="mark c1"/g)).toHaveLength(2)
  expect(svg).not.toContain('class="mark c2"')
})

test('the picture says in words what it shows, and what it is told stays text', () => {
  const svg = linePlot(plot)
  expect(svg).toContain('<title id="title">Cost &amp; size</title>')
  expect(svg).toContain('<desc id="description">Cost by size, lower is better.</desc>')
  expect(svg).toContain('cost &lt;$&gt;')
})

test('there are colours for a light page and for a dark one', () => {
  const [light, dark] = linePlot(plot).split('@media (prefers-color-scheme:dark)')
  for (const part of [light, dark]) expect(part).toMatch(/\.c2\{stroke:#/)
})
