"""A small vision-language model, trained here, that shows at which stage names leak."""
