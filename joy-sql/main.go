package main

import (
	"database/sql"
	"fmt"

	_ "github.com/duckdb/duckdb-go/v2"
	"joy"
)

func main() {
	db, err := sql.Open("duckdb", "")
	fmt.Println(joy.Version, err)
	var s string
	err = db.QueryRow("select version()").Scan(&s)
	fmt.Println(s, err)
}
