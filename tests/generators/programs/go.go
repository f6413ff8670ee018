// Complete items, then some fields of items.
package main

import (
	"context"
	"fmt"
	"os"
	"subtext"
)

func main() {
	configuration := subtext.NewConfiguration()
	configuration.Servers = subtext.ServerConfigurations{{URL: os.Args[1]}}
	request := subtext.NewAPIClient(configuration).QuotesAPI.ListQuotes(context.Background()).Limit(2)
	whole, _, err := request.Execute()
	if err != nil {
		panic(err)
	}
	some, _, err := request.Fields([]subtext.QuoteField{"text"}).Execute()
	if err != nil {
		panic(err)
	}
	fmt.Println("QuoteList", whole.QuoteList.Data[0].Text)
	fmt.Println("SparseQuoteList", some.SparseQuoteList.Data[0].GetText())
}
