using Spa.Engine.Evaluation.AlpacaEval;

namespace Spa.Engine.Tests.Evaluation.AlpacaEval;

internal sealed class WinRateTests
{
    [TestCaseSource(typeof(AlpacaData), nameof(AlpacaData.Models))]
    public void Published_annotations_give_the_expected_figures(string model)
    {
        var rate = WinRate.Of(AlpacaData.Annotations(model));
        Assert.Multiple(() =>
        {
            // The expected values have ten digits.
            Assert.That(rate.Rate.Value, Is.EqualTo(AlpacaData.Expected(model, "win_rate")).Within(1e-6));
            Assert.That(rate.StandardError, Is.EqualTo(AlpacaData.Expected(model, "standard_error")).Within(1e-6));
            Assert.That(rate.Wins, Is.EqualTo(AlpacaData.Expected(model, "n_wins")));
            Assert.That(rate.BaselineWins, Is.EqualTo(AlpacaData.Expected(model, "n_wins_base")));
            Assert.That(rate.Draws, Is.EqualTo(AlpacaData.Expected(model, "n_draws")));
            Assert.That(rate.Total, Is.EqualTo(AlpacaData.Expected(model, "rows")));
            Assert.That(rate.Discrete, Is.EqualTo(AlpacaData.Expected(model, "discrete_win_rate")).Within(1e-6));
            Assert.That(rate.AverageLength, Is.EqualTo(AlpacaData.Expected(model, "avg_length")));
        });
    }

    [Test]
    public void A_stored_0_is_a_draw_and_a_row_without_a_preference_counts_nowhere()
    {
        var rate = WinRate.Of([new("i", "a", "b", 0), new("i", "a", "b", null), new("i", "a", "\U0001F600\u00e9", 2), new("i", "a", "b", 1)]);
        Assert.That((rate.Rate.Value, rate.Wins, rate.BaselineWins, rate.Draws, rate.Dropped, rate.Total), Is.EqualTo((50.0, 1, 1, 1, 1, 3)));
        // (1 + 2 + 1) / 3 code points.
        Assert.That(rate.AverageLength, Is.EqualTo(1));
        Assert.That(() => WinRate.Of([new("i", "a", "b", null)]), Throws.TypeOf<SpaException>().With.Message.Contains("none of 1 rows"));
    }

    [Test]
    public void The_order_of_rows_does_not_matter()
    {
        AlpacaAnnotation[] rows = [.. AlpacaData.Annotations("phi-2")];
        WinRate expected = WinRate.Of(rows);
        Array.Reverse(rows);
        WinRate reversed = WinRate.Of(rows);
        Assert.That(reversed.Rate.Value, Is.EqualTo(expected.Rate.Value).Within(1e-12));
        Assert.That((reversed.Wins, reversed.Draws, reversed.AverageLength), Is.EqualTo((expected.Wins, expected.Draws, expected.AverageLength)));
    }
}
