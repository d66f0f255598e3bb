// Without the theme's font: the system's own is there at once.
import DefaultTheme from 'vitepress/theme-without-fonts'
import 'temml/dist/Temml-Local.css'
import './style.css'

export default DefaultTheme
