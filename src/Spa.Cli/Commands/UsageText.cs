using System.Globalization;
using System.Text.Json.Nodes;

namespace Spa.Cli.Commands;

/// <summary>What a service was asked, as a line.</summary>
internal static class UsageText
{
    public static string Of(JsonObject usage)
    {
        double cost = usage["cost"]!.GetValue<double>(), all = usage["cost_with_cache"]!.GetValue<double>();
        string price = all > 0 ? string.Create(CultureInfo.InvariantCulture, $", cost {cost:0.####} ({all:0.####} with what was answered before)") : "";
        return $"{usage["requests"]} requests, {usage["from_cache"]} replies from the cache, {usage["retries"]} further attempts, {usage["prompt_tokens"]} + "
            + $"{usage["completion_tokens"]} tokens{price}";
    }
}
