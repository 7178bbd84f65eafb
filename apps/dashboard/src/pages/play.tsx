import "../theme/theme.css"
