module calpol.example/calpol

go 1.19
