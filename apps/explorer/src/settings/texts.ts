import tideClock from '../../../runner/demo/tide-clock.txt?raw'

/** A text to try. */
export interface SampleText {
  readonly name: TextName
  /** What one can see with it. */
  readonly about: string
  readonly text: string
}

/** The names of the page's texts. */
export const textNames = ['tide clock', 'lighthouse log', 'recipe', 'made-up words', 'numbers'] as const

/** One of {@link textNames}. */
export type TextName = (typeof textNames)[number]

/** Texts that were written for this project: each has something in it that one can learn from its beginning. */
export const sampleTexts: readonly SampleText[] = [
  {
    name: 'tide clock',
    about: 'A dialogue that keeps its names, its form and its words.',
    text: tideClock.trim(),
  },
  {
    name: 'lighthouse log',
    about: 'A log: each line has the same order, and only a few things change.',
    text: `Monday. Wind from the north. Lamp lit at six. Two boats passed. All well.
Tuesday. Wind from the north. Lamp lit at six. Four boats passed. All well.
Wednesday. Wind from the west. Lamp lit at seven. One boat passed. All well.
Thursday. Wind from the west. Lamp lit at seven. Three boats passed. All well.
Friday. Wind from the south. Lamp lit at seven. Two boats passed. All well.
Saturday. Wind from the south. Lamp lit at eight. Four boats passed. All well.`,
  },
  {
    name: 'recipe',
    about: 'Ordinary prose that comes back to its own words.',
    text: `To make the bread of the hill farms, warm the milk and stir in the honey. When the honey is gone, stir in the rye flour. Leave the dough by the stove for an hour. When the dough has doubled, fold in the walnuts. Leave the dough by the stove for another hour. Warm the oven, and bake the bread until the crust is dark. When the bread is cool, warm the milk again, stir in the honey, and eat the bread with it by the stove.`,
  },
  {
    name: 'made-up words',
    about: 'Words that no model has seen: whatever it knows of them, it has learned here.',
    text: `A blick is a small tork. A dorm is a large tork. Every blick has a mip, and no dorm has a mip. The blick in the garden has a red mip. The dorm in the garden has no mip. Mara saw a blick and a dorm. She fed the blick and left the dorm alone. The blick in the garden is a small tork with a red mip. The dorm in the garden is a large tork with no mip. Mara fed the blick.`,
  },
  {
    name: 'numbers',
    about:
      'A pattern without words. The rate that suits the other texts does harm here: try the rates below.',
    text: `1, 2, 4; 1, 2, 4; 1, 2, 4; 1, 2, 4; 1, 2, 4; 1, 2, 4; 3, 6, 12; 3, 6, 12; 3, 6, 12; 3, 6, 12; 3, 6, 12; 3, 6, 12; 1, 2, 4; 1, 2, 4; 1, 2, 4; 3, 6, 12; 3, 6, 12; 3, 6, 12; 1, 2, 4; 3, 6, 12; 1, 2, 4; 3, 6, 12`,
  },
]

/** The text of a name. */
export function sampleText(name: TextName): string {
  return sampleTexts.find((sample) => sample.name === name)?.text ?? ''
}
