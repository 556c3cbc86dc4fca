module barium

go 1.26.0
