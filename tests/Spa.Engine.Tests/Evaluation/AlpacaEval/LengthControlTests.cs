using Spa.Engine.Evaluation.AlpacaEval;

namespace Spa.Engine.Tests.Evaluation.AlpacaEval;

internal sealed class LengthControlTests
{
    [TestCaseSource(typeof(AlpacaData), nameof(AlpacaData.Models))]
    public void Stored_weights_give_the_published_rate(string model)
    {
        int rows = AlpacaData.Annotations(model).Count;
        (double rate, double error) = LengthControl.Predict(AlpacaData.Weights(model), [.. AlpacaData.Inputs().Difficulties.Take(rows)]);
        Assert.That(rate, Is.EqualTo(AlpacaData.Expected(model, "lc_stored_weights")).Within(1e-6));
        Assert.That(error, Is.EqualTo(AlpacaData.Expected(model, "lc_se_stored_weights")).Within(1e-6));
    }

    [TestCaseSource(typeof(AlpacaData), nameof(AlpacaData.Models))]
    public void A_refit_at_the_published_penalty_is_the_exact_optimum(string model)
    {
        var control = LengthControl.Of(AlpacaData.Annotations(model), AlpacaData.Inputs(), AlpacaData.Expected(model, "c_published"));
        Assert.That(control.Rate.Value, Is.EqualTo(AlpacaData.Expected(model, "lc_fit")).Within(1e-6));
        string[] weights = ["w_len", "w_difficulty", "w_bias"];
        // Nine digits are stored.
        for (int i = 0; i < weights.Length; i++) Assert.That(control.Weights[i], Is.EqualTo(AlpacaData.Expected(model, weights[i])).Within(1e-8), weights[i]);
        // The published solver stopped early: 0.015 points at most over 55 models.
        Assert.That(control.Rate.Value, Is.EqualTo(AlpacaData.Published(model, "length_controlled_winrate")).Within(0.02));
        Assert.That(control.Rate.Low, Is.LessThan(control.Rate.Value));
        Assert.That(control.Rate.High, Is.GreaterThan(control.Rate.Value));
    }

    [TestCaseSource(typeof(AlpacaData), nameof(AlpacaData.Models))]
    public void Cross_validation_finds_the_expected_penalty(string model)
    {
        var control = LengthControl.Of(AlpacaData.Annotations(model), AlpacaData.Inputs());
        Assert.That(control.Penalty, Is.EqualTo(AlpacaData.Expected(model, "c_cv")).Within(1e-6).Percent);
        Assert.That(control.Rate.Value, Is.EqualTo(AlpacaData.Expected(model, "lc_cv")).Within(1e-6));
    }

    [TestCaseSource(typeof(AlpacaData), nameof(AlpacaData.Models))]
    public void A_huge_C_is_the_fit_without_a_penalty(string model)
    {
        var control = LengthControl.Of(AlpacaData.Annotations(model), AlpacaData.Inputs(), penalty: 1e9);
        Assert.That(control.Rate.Value, Is.EqualTo(AlpacaData.Expected(model, "lc_unpenalised")).Within(1e-6));
    }

    [Test]
    public void Without_the_two_files_only_length_and_bias_are_fitted()
    {
        // Longer answers win always, and equal lengths would draw.
        AlpacaAnnotation[] rows = [.. Enumerable.Range(0, 40).Select(i => new AlpacaAnnotation($"{i}", new string('a', i % 2 == 0 ? 10 : 30), new string('b', 20), i % 2 == 0 ? 1.9 : 1.1))];
        var control = LengthControl.Of(rows, null);
        Assert.That(control.Weights, Has.Count.EqualTo(2));
        Assert.That(control.Weights[0], Is.Negative, "a longer baseline costs wins");
        Assert.That(control.Rate.Value, Is.EqualTo(50).Within(1e-6));
        Assert.That(control.StandardError, Is.Zero, "every row has the same prediction");
    }

    [Test]
    public void Equal_lengths_everywhere_are_no_division_by_zero()
    {
        AlpacaAnnotation[] rows = [.. Enumerable.Range(0, 10).Select(i => new AlpacaAnnotation($"{i}", "aa", "bb", i < 7 ? 2 : 1))];
        var control = LengthControl.Of(rows, null, penalty: 1e6);
        Assert.That(control.Weights[0], Is.Zero);
        Assert.That(control.Rate.Value, Is.EqualTo(70).Within(1e-3));
    }

    [Test]
    public void More_rows_than_difficulties_are_refused()
    {
        AlpacaAnnotation[] rows = [.. Enumerable.Repeat(new AlpacaAnnotation("i", "a", "b", 1.5), 806)];
        Assert.That(() => LengthControl.Of(rows, AlpacaData.Inputs()), Throws.TypeOf<SpaException>().With.Message.Contains("at most 805").And.Message.Contains("found 806"));
    }

    [Test]
    public void A_rate_far_from_the_win_rate_is_doubted()
    {
        LengthControl At(double rate) => new() { Rate = new(rate, rate, rate), StandardError = 0, Penalty = 1, Weights = [] };
        Assert.That(At(39).Doubt(50), Is.Null);
        Assert.That(At(37).Doubt(50), Is.Not.Null);
        Assert.That(At(63).Doubt(50), Is.Not.Null);
    }

    [Test]
    public void Which_output_is_shown_first_follows_the_published_runs()
    {
        foreach (Engine.Data.SourceRow row in Engine.Data.RowReader.Read(AlpacaData.File("instructions.json.gz")))
            Assert.That(ShownOrder.IsSwitched(row.Json["instruction"]!.ToString()), Is.EqualTo(row.Json["is_switched"]!.GetValue<bool>()), row.Location.ToString());
    }
}
