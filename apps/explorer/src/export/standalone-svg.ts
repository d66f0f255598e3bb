/** What charts are drawn with; as computed, so that the file needs no style sheet and no colours of the page. */
const properties = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'image-rendering',
] as const

/** A picture of the page as an SVG file of its own, on the page's background. */
export function standaloneSvg(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement
  const originals = [picture, ...picture.querySelectorAll('*')]
  const copies = [copy, ...copy.querySelectorAll('*')]
  for (const [index, original] of originals.entries()) {
    const own = copies[index]
    if (own === undefined) continue
    const style = getComputedStyle(original)
    own.setAttribute('style', properties.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';'))
    own.removeAttribute('class')
  }
  const { width, height } = picture.viewBox.baseVal
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  copy.prepend(background(picture), ...clipPaths(copy))
  return new XMLSerializer().serializeToString(copy)
}

function background(picture: SVGSVGElement): SVGRectElement {
  const { x, y, width, height } = picture.viewBox.baseVal
  const sheet = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  const place = { x, y, width, height, fill: backgroundOf(picture) }
  for (const [name, value] of Object.entries(place)) sheet.setAttribute(name, String(value))
  return sheet
}

/** Of the nearest element that has one. */
function backgroundOf(element: Element): string {
  for (let place: Element | null = element; place !== null; place = place.parentElement) {
    const { backgroundColor } = getComputedStyle(place)
    if (!/^(transparent|rgba\(0, 0, 0, 0\))$/.test(backgroundColor)) return backgroundColor
  }
  return 'white'
}

/** Charts share the shapes that keep lines inside their axes; a file brings them along. */
function clipPaths(copy: SVGSVGElement): Node[] {
  const references = [...copy.querySelectorAll('[clip-path]')].map(
    (element) => element.getAttribute('clip-path')?.match(/^url\(#([\w-]+)\)$/)?.[1],
  )
  return [...new Set(references)].flatMap((name) => {
    const shape = name === undefined ? null : document.getElementById(name)
    return shape === null || copy.querySelector(`#${name}`) !== null ? [] : [shape.cloneNode(true)]
  })
}
