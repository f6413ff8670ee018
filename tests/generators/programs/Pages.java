// Complete items, then some fields of items.
// Jackson does not miss keys, so the client reads both as the first member of the union.
import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.QuotesApi;
import org.openapitools.client.model.QuoteField;

class Pages {
  public static void main(String[] arguments) throws Exception {
    var client = new ApiClient();
    client.updateBaseUri(arguments[0]);
    var api = new QuotesApi(client);
    var query = QuotesApi.APIListQuotesRequest.newBuilder().limit(2);
    var whole = api.listQuotes(query.build()).getQuoteList();
    var some = api.listQuotes(query.fields(List.of(QuoteField.TEXT)).build()).getQuoteList();
    System.out.println("QuoteList " + whole.getData().get(0).getText());
    System.out.println("QuoteList " + some.getData().get(0).getText());
  }
}
