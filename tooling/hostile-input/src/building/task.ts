/** A right task of two labels, as YAML. */
export const taskText = `name: colours
about: Things by colour
labels: [red, blue]
templates:
  - name: plain
    text: "{text}\\nColour: {label}"
    contentFree: "Colour: {label}"
    words: [red, blue]
local:
  format: labelled-lines
  labelValues: [0, 1]
  test: [colours.txt]
`

/** The same for comma-separated values. */
export const csvTaskText = taskText
  .replace('labelled-lines', 'csv\n  header: [label, body]\n  label: label\n  fields: { text: body }')
  .replace('colours.txt', 'colours.csv')
