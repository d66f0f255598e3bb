// Without the theme's font: the system's own is there at once.
import DefaultTheme from 'vitepress/theme-without-fonts'
import 'katex/dist/katex.min.css'
import './style.css'

export default DefaultTheme
