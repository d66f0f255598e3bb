import { readdirSync, readFileSync } from 'node:fs'
import { box, ink, kinds, line, margin, path, soft, svg, text, width } from '../drawing.mjs'

const repository = new URL('../../../', import.meta.url)

/** What a package is for, in a few words. */
const purposes = {
  runner: 'the tint command',
  explorer: 'a web page that shows a step',
  evaluate: 'perplexity, tasks, reports',
  'adapter-testing': 'tests for adapters',
  simulate: 'the training step',
  construct: 'the simulator, module by module',
  inner: 'layer tree, leaves, checkpoints',
  tensor: 'engines, operators, safetensors',
  libtensorflow: 'brings native TensorFlow',
  families: 'a family each: a tree of layers',
}

/** Boxes stand in the middle, in an order in which each imports only what is below it, but for these. */
const columns = { families: 'left', 'adapter-testing': 'right', libtensorflow: 'right' }

const rowHeight = 86
const boxHeight = 54
const boxWidth = { left: 260, middle: 270, right: 230 }
/** Narrower than its column, so that an arrow can pass. */
const narrow = { 'adapter-testing': 190 }
const left = { left: margin + 12, middle: 346, right: 690 }

/** Packages and apps by name without the scope, each with those of them that it imports. */
function readPackages() {
  const found = new Map()
  for (const folder of ['packages', 'apps']) {
    for (const name of readdirSync(new URL(folder, repository))) {
      const manifest = JSON.parse(readFileSync(new URL(`${folder}/${name}/package.json`, repository), 'utf8'))
      // What a page is made of is put into it when it is built.
      const bundled = folder === 'apps' ? manifest.devDependencies : {}
      const all = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...bundled })
      found.set(
        name,
        new Set(all.filter((other) => other.startsWith('@tintjs/')).map((other) => other.split('/')[1])),
      )
    }
  }
  return found
}

/** All that a package imports, also by way of others. */
function reachable(graph, name) {
  return new Set([...graph.get(name)].flatMap((other) => [other, ...reachable(graph, other)]))
}

/** Leaves out imports that follow from others: if a imports b and b imports c, the arrow from a to c. */
function withoutImplied(graph) {
  const direct = (name) => {
    const implied = new Set([...graph.get(name)].flatMap((other) => [...reachable(graph, other)]))
    return [...graph.get(name)].filter((other) => !implied.has(other))
  }
  return new Map([...graph.keys()].map((name) => [name, direct(name)]))
}

/** The families' packages as one, which they can be as all of them import the same and nothing of each other. */
function groupFamilies(graph) {
  const isFamily = (name) => name.startsWith('inner-')
  const families = [...graph.keys()].filter(isFamily)
  const different = families.filter((name) => `${graph.get(name)}` !== `${graph.get(families[0])}`)
  if (different.length > 0) throw new Error(`${different} and ${families[0]} import different packages.`)
  const group = (names) => [...new Set(names.map((name) => (isFamily(name) ? 'families' : name)))]
  const grouped = new Map([...graph].map(([name, others]) => [group([name])[0], group(others)]))
  return { families, grouped }
}

/** How far above the lowest package each one stands. */
function levels(graph) {
  const level = (name) => 1 + Math.max(-1, ...graph.get(name).map(level))
  return new Map([...graph.keys()].map((name) => [name, level(name)]))
}

function draw() {
  const { families, grouped } = groupFamilies(withoutImplied(readPackages()))
  const unknown = [...grouped.keys()].filter((name) => purposes[name] === undefined)
  if (unknown.length > 0) throw new Error(`tooling/figures/figures/packages.mjs says nothing of ${unknown}.`)
  const level = levels(grouped)
  const rows = Math.max(...level.values())
  const place = (name) => {
    const column = columns[name] ?? 'middle'
    return {
      column,
      x: left[column],
      y: margin + (rows - level.get(name)) * rowHeight,
      wide: narrow[name] ?? boxWidth[column],
      tall: name === 'families' ? boxHeight + 34 : boxHeight,
    }
  }
  const height = margin + rows * rowHeight + boxHeight + 62
  const arrows = [...grouped].flatMap(([name, others]) => others.map((other) => [name, other]))
  return svg(
    height,
    'The packages and what they import',
    `${arrows.map(([name, other]) => `${name} imports ${other}.`).join(' ')} The families are ${families.join(', ')}.`,
    [
      ...arrows.map(([from, to]) => arrow(place(from), place(to), lane(arrows, from, to))),
      ...[...grouped.keys()].map((name) => node(name, place(name), name === 'families' ? families : [])),
      path(`M${margin} ${height - 46}H${width - margin}`, { colour: line, thick: 1 }),
      text(
        margin + 4,
        height - 18,
        'An arrow is an import; those that follow from others are left out. Purple: programs. Blue and grey: packages.',
        {
          size: 15,
          fill: soft,
        },
      ),
    ].join('\n'),
  )
}

/** Which of the arrows into a box of another column this one is, so that no two lie on each other. */
function lane(arrows, from, to) {
  const column = (name) => columns[name] ?? 'middle'
  return arrows
    .filter(([, other]) => other === to && column(other) !== 'middle')
    .findIndex(([name]) => name === from)
}

function node(name, { x, y, wide, tall }, families) {
  const isApp = ['runner', 'explorer'].includes(name)
  const { fill } = isApp ? kinds.gradient : name === 'families' ? kinds.weights : kinds.signal
  const middle = x + wide / 2
  const white = { anchor: 'middle', fill: '#fff' }
  const title = name === 'families' ? 'inner-…' : name
  const short = families.map((family) => family.replace('inner-', ''))
  const half = Math.ceil(short.length / 2)
  return [
    box(x, y, wide, tall, { fill, radius: 8 }),
    text(middle, y + 23, title, { ...white, size: 17, weight: 700 }),
    text(middle, y + 43, purposes[name], { ...white, size: 15 }),
    ...[short.slice(0, half), short.slice(half)]
      .filter((names) => names.length > 0)
      .map((names, row) => text(middle, y + 61 + 18 * row, names.join(' · '), { ...white, size: 14 })),
  ].join('\n')
}

function arrow(from, to, number) {
  const bottom = from.y + from.tall
  const [middle, side] = [from.x + from.wide / 2, from.y + from.tall / 2]
  // Straight down, or out of a box's side and down into another column, or down and into the side of the middle one.
  if (from.column === to.column)
    return path(`M${middle} ${bottom + 2}V${to.y - 6}`, { colour: ink, arrow: true })
  if (from.column === 'middle') {
    const out = to.column === 'left' ? from.x - 2 : from.x + from.wide + 2
    const x = to.column === 'left' ? to.x + 60 + 70 * number : to.x + to.wide - 14
    const turn = to.column === 'left' ? 10 : -10
    return path(`M${out} ${side}H${x + turn}q${-turn} 0 ${-turn} 10V${to.y - 6}`, {
      colour: ink,
      arrow: true,
    })
  }
  const into = to.column === 'middle' && from.column === 'left' ? to.x - 6 : to.x + to.wide + 6
  const turn = from.column === 'left' ? 10 : -10
  const end = to.y + to.tall / 2
  return path(`M${middle} ${bottom + 2}V${end - 10}q0 10 ${turn} 10H${into}`, { colour: ink, arrow: true })
}

export const packages = draw()
