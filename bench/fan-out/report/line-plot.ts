/** Lines on two logarithmic axes. */
export interface Plot {
  /** Shown as the heading. Screen readers read the title and the description instead of the picture. */
  title: string
  description: string
  /** Axis titles, with the unit. */
  x: string
  y: string
  series: Series[]
}

interface Series {
  name: string
  /** In the order in which they are joined. Both coordinates must be positive. */
  points: (readonly [x: number, y: number])[]
  /** `dots`: only points; `dashed`: only a line, for values that were not measured. Default: points and a line. */
  look?: 'dots' | 'dashed'
}

const WIDTH = 920
const HEIGHT = 440
const AREA = { left: 96, right: 640, top: 52, bottom: 380 }
const LEGEND = { x: 664, y: 72, step: 24 }

/**
 * Colours for light and dark pages. Colour-blind readers can distinguish them too (Okabe and Ito), and each series has
 * its own mark.
 */
const COLOURS: [light: string, dark: string][] = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#ff9d5c'],
  ['#a9690c', '#e69f00'],
  ['#aa4499', '#ee99cc'],
  ['#007a5a', '#35c79b'],
  ['#666666', '#b0b0b0'],
  ['#b3263f', '#ff8095'],
  ['#3d3d9e', '#a3a3ff'],
]
const MARKS = [
  'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
  'M-4,-4H4V4H-4Z',
  'M0,-5L5,4H-5Z',
  'M0,-5L5,0L0,5L-5,0Z',
  'M0,5L5,-4H-5Z',
  'M-4,-4L4,4M4,-4L-4,4',
  'M-5,0H5M0,-5V5',
  'M-5,-3H5V3H-5Z',
]

/** Returns the plot as an SVG that is readable on light and on dark pages. */
export function linePlot({ title, description, x, y, series }: Plot): string {
  const points = series.flatMap((one) => one.points)
  const xAxis = axis(
    points.map(([value]) => value),
    AREA.left,
    AREA.right,
  )
  const yAxis = axis(
    points.map(([, value]) => value),
    AREA.bottom,
    AREA.top,
  )
  const [middleX, middleY] = [(AREA.left + AREA.right) / 2, (AREA.top + AREA.bottom) / 2]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" ` +
      'aria-labelledby="title description">',
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${style(series.length)}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    text(AREA.left, 28, title, 'start', 'heading'),
    ...xAxis.ticks.flatMap((tick) => [
      rule(xAxis.at(tick), AREA.top, xAxis.at(tick), AREA.bottom),
      text(xAxis.at(tick), AREA.bottom + 20, figure(tick), 'middle'),
    ]),
    ...yAxis.ticks.flatMap((tick) => [
      rule(AREA.left, yAxis.at(tick), AREA.right, yAxis.at(tick)),
      text(AREA.left - 8, yAxis.at(tick) + 4, figure(tick), 'end'),
    ]),
    text(middleX, HEIGHT - 16, x, 'middle'),
    `<g transform="rotate(-90 20 ${middleY})">${text(20, middleY, y, 'middle')}</g>`,
    ...series.map((one, i) => line(one, i, xAxis.at, yAxis.at)),
    ...series.map((one, i) => legend(one, i)),
    '</svg>',
    '',
  ].join('\n')
}

interface Axis {
  ticks: number[]
  at: (value: number) => number
}

/**
 * Returns an axis from the tick below the smallest value to the tick above the largest. Its ticks are powers of ten,
 * and on short axes also 2 and 5 between them.
 */
function axis(values: readonly number[], from: number, to: number): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const steps = last - first > 3 ? [1] : [1, 2, 5]
  const all = Array.from({ length: last - first + 1 }, (_, i) => steps.map((step) => step * 10 ** (first + i))).flat()
  const below = all.findLastIndex((tick) => tick <= least * 1.0001)
  const above = all.findIndex((tick) => tick >= most * 0.9999)
  const ticks = all.slice(below, Math.max(above, below + 1) + 1)
  const [low, high] = [Math.log10(ticks[0]!), Math.log10(ticks.at(-1)!)]
  return { ticks, at: (value) => round(from + ((Math.log10(value) - low) / (high - low)) * (to - from)) }
}

function line({ points, look }: Series, i: number, atX: Axis['at'], atY: Axis['at']): string {
  const path = points.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${atX(x)},${atY(y)}`).join('')
  const marks = points.map(
    ([x, y]) => `<path class="mark c${i}" transform="translate(${atX(x)} ${atY(y)})" d="${MARKS[i % MARKS.length]!}"/>`,
  )
  return [
    ...(look === 'dots' ? [] : [`<path class="line c${i}${look === 'dashed' ? ' dashed' : ''}" d="${path}"/>`]),
    ...(look === 'dashed' ? [] : marks),
  ].join('\n')
}

function legend({ name, look }: Series, i: number): string {
  const y = LEGEND.y + i * LEGEND.step
  return [
    ...(look === 'dots'
      ? []
      : [`<path class="line c${i}${look === 'dashed' ? ' dashed' : ''}" d="M${LEGEND.x},${y}h28"/>`]),
    ...(look === 'dashed'
      ? []
      : [`<path class="mark c${i}" transform="translate(${LEGEND.x + 14} ${y})" d="${MARKS[i % MARKS.length]!}"/>`]),
    text(LEGEND.x + 36, y + 4, name, 'start'),
  ].join('\n')
}

const rule = (x1: number, y1: number, x2: number, y2: number) => `<path class="rule" d="M${x1},${y1}L${x2},${y2}"/>`

const text = (x: number, y: number, content: string, anchor: string, className = 'label') =>
  `<text class="${className}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`

function style(series: number): string {
  const colours = (scheme: 0 | 1) =>
    Array.from({ length: series }, (_, i) => `.c${i}{stroke:${COLOURS[i % COLOURS.length]![scheme]}}`).join('')
  return [
    'text{font:13px system-ui,sans-serif}.heading{font-weight:600;font-size:15px}',
    '.line{fill:none;stroke-width:2}.dashed{stroke-dasharray:5 4}.mark{stroke-width:2;fill:none}.rule{stroke-width:1}',
    `.page{fill:#ffffff}.label{fill:#444444}.heading{fill:#111111}.rule{stroke:#dddddd}${colours(0)}`,
    '@media (prefers-color-scheme:dark){',
    `.page{fill:#16181c}.label{fill:#c0c4cc}.heading{fill:#f2f2f2}.rule{stroke:#3a3d44}${colours(1)}}`,
  ].join('')
}

const escaped = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const round = (value: number) => Math.round(value * 10) / 10
const figure = (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
